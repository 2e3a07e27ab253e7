"""What rules find in a text: one module for each kind of fact, all words from the files of languages."""
