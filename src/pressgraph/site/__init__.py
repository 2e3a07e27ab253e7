"""A published graph as a folder of files, for any web host: the pages of `serve`, with data beside each of them."""
