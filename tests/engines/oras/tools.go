//go:build tools

// Package tools holds the program oras in go.mod, so that it is built from pinned sources.
package tools

import _ "oras.land/oras/cmd/oras"
