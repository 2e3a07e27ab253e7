"""What people see of the graph: models by kind of page, words and templates. Who draws them gives them links."""
