"""Jobs: work that takes longer than a client likes to wait, kept in a database until it is done."""
