"""The graph of a dag: nodes, edges, and what passes between operations."""
