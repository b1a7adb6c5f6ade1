// Argolint prints what `argo lint --offline` has against each file alone, as one line of JSON:
// {file: [finding, ...]}. Argo's own program cannot be built from its module, which lacks the pages
// that it embeds.
package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/argoproj/argo-workflows/v4/cmd/argo/lint"
	"github.com/argoproj/argo-workflows/v4/pkg/apiclient"
)

func main() {
	found := map[string][]string{}
	for _, file := range os.Args[1:] {
		found[file] = []string{}
		result, err := check(file)
		if err != nil {
			found[file] = append(found[file], err.Error())
			continue
		}
		linted := false
		for _, part := range result.Results {
			linted = linted || part.Linted
			for _, finding := range part.Errs {
				found[file] = append(found[file], finding.Error())
			}
		}
		if !linted {
			found[file] = append(found[file], "found nothing to lint")
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		panic(err)
	}
}

func check(file string) (*lint.LintResults, error) {
	options := lint.LintOptions{Files: []string{file}, Strict: true, DefaultNamespace: "default"}
	ctx, client, err := apiclient.NewClientFromOptsWithContext(
		context.Background(),
		apiclient.Opts{Offline: true, OfflineFiles: options.Files, LogLevel: "error"},
	)
	if err != nil {
		return nil, err
	}
	clients := &options.ServiceClients
	clients.WorkflowsClient = client.NewWorkflowServiceClient(ctx)
	if clients.WorkflowTemplatesClient, err = client.NewWorkflowTemplateServiceClient(); err != nil {
		return nil, err
	}
	if clients.CronWorkflowsClient, err = client.NewCronWorkflowServiceClient(); err != nil {
		return nil, err
	}
	clients.ClusterWorkflowTemplateClient, err = client.NewClusterWorkflowTemplateServiceClient()
	if err != nil {
		return nil, err
	}
	return lint.Lint(ctx, &options)
}
