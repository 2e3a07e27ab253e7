"""Convert much: blocks of input, several processes, shards, a cluster."""
