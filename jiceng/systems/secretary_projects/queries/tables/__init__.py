"""The ledger as a table: its columns, how a row is read, what is wrong with it."""
