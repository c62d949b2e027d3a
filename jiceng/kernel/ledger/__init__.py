"""The ledger 台账: append-only, sealed into a Merkle tree, verifiable without our server."""
