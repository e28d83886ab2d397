"""The graph: knows RDF, knows no web."""
