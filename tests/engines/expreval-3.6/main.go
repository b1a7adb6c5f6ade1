// Command expreval substitutes template tags as Argo's controller does: JSON lines in, JSON lines out.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/argoproj/argo-workflows/v3/util/template"
)

type question struct {
	// Document may hold tags in its texts, as a template of a workflow does.
	Document json.RawMessage `json:"document"`
	// Passes are the variables of each substitution, in order.
	Passes []map[string]string `json:"passes"`
	// Unresolved allows tags whose variables are not there to stay as they are.
	Unresolved bool `json:"unresolved"`
}

type answer struct {
	Document json.RawMessage `json:"document,omitempty"`
	Error    string          `json:"error,omitempty"`
}

func substitute(asked question) (json.RawMessage, error) {
	var parsed any
	if err := json.Unmarshal(asked.Document, &parsed); err != nil {
		return nil, err
	}
	// As Go writes it, with `<`, `>` and `&` escaped.
	document, err := json.Marshal(parsed)
	if err != nil {
		return nil, err
	}
	text := string(document)
	for _, variables := range asked.Passes {
		if text, err = template.Replace(text, variables, asked.Unresolved); err != nil {
			return nil, err
		}
	}
	return json.RawMessage(text), nil
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	decoder := json.NewDecoder(lines)
	encoder := json.NewEncoder(os.Stdout)
	for {
		var asked question
		if err := decoder.Decode(&asked); err != nil {
			return
		}
		document, err := substitute(asked)
		given := answer{Document: document}
		if err != nil {
			given.Error = err.Error()
		}
		if err := encoder.Encode(given); err != nil {
			return
		}
	}
}
