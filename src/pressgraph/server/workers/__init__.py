"""The processes that evaluate queries and make writes, and the pool that asks them."""
