//go:build tools

// Package tools holds Argo's controller and executor in go.mod, so that they are built from pinned sources.
package tools

import (
	_ "github.com/argoproj/argo-workflows/v4/cmd/argoexec"
	_ "github.com/argoproj/argo-workflows/v4/cmd/workflow-controller"
)
