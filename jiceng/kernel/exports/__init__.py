"""Tables out and in: the one exporter and the one reader of CSV and XLSX."""
