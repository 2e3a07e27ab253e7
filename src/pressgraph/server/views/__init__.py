"""Pages for people, and the documents behind each IRI."""
