"""Tools of maintainers: assets, catalogue, documents, contracts; and the verifiers."""
