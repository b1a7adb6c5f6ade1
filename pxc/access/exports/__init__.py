"""The rules of a catalog written for other programs that decide: Cedar, OPA, Kubernetes."""
