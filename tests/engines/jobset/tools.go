//go:build tools

// Package tools holds the operator of JobSets in go.mod, so that it is built from pinned sources.
package tools

import _ "sigs.k8s.io/jobset"
