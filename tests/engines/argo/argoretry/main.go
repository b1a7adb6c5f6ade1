// Argoretry turns a workflow that has failed, as JSON on stdin, into what `argo retry` puts in its place
// and the pods that it deletes: {"workflow": {...}, "pods": [...]}.
package main

import (
	"context"
	"encoding/json"
	"os"

	wfv1 "github.com/argoproj/argo-workflows/v4/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v4/util/logging"
	"github.com/argoproj/argo-workflows/v4/workflow/util"
)

func main() {
	var workflow wfv1.Workflow
	if err := json.NewDecoder(os.Stdin).Decode(&workflow); err != nil {
		panic(err)
	}
	ctx := logging.WithLogger(context.Background(), logging.NewSlogLogger(logging.Error, logging.JSON))
	retried, pods, err := util.FormulateRetryWorkflow(ctx, &workflow, false, "", nil)
	if err != nil {
		panic(err)
	}
	found := map[string]any{"workflow": retried, "pods": pods}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		panic(err)
	}
}
