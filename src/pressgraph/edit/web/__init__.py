"""The editor in a browser, on this machine alone: a face over `pressgraph.edit`."""
