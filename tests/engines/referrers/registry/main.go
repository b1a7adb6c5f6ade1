// Command registry is the registry in memory of go-containerregistry, which serves the API of referrers.
package main

import (
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	served := registry.New(registry.WithReferrersSupport(true))
	if http.ListenAndServe(os.Args[1], served) != nil {
		os.Exit(1)
	}
}
