"""The intermediate representation: what a Polyaxonfile means, with a place on every value."""
