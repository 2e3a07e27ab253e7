"""What pages show, by kind of thing: models that are made from what is read of a graph, and know nothing of HTTP."""
