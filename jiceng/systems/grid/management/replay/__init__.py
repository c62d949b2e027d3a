"""Replaying a file of service requests of elsewhere through the procedure and the ledger.

``mapping`` says what the columns mean, ``reading`` yields the lines of the file, ``rows`` makes
requests of them or says why not, ``organisation`` founds who held the posts, ``running`` walks the
procedure batch by batch, ``comparing`` holds our verdict against that of the source.
"""
