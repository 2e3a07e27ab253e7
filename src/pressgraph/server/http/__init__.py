"""HTTP: connections and their limits, heads, addresses, negotiation, responses, the log."""
