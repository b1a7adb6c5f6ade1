// Command expreval substitutes template tags as Argo's controller does: JSON lines in, JSON lines out.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/argoproj/argo-workflows/v3/util/template"
)

type question struct {
	// Text may hold tags; it stands in a JSON document, as in a template of a workflow.
	Text string `json:"text"`
	// Passes are the variables of each substitution, in order.
	Passes []map[string]string `json:"passes"`
	// Unresolved allows tags whose variables are not there to stay as they are.
	Unresolved bool `json:"unresolved"`
}

type answer struct {
	Text  string `json:"text"`
	Error string `json:"error,omitempty"`
}

func substitute(asked question) (string, error) {
	document, err := json.Marshal(map[string]string{"value": asked.Text})
	if err != nil {
		return "", err
	}
	text := string(document)
	for _, variables := range asked.Passes {
		if text, err = template.Replace(text, variables, asked.Unresolved); err != nil {
			return "", err
		}
	}
	var made map[string]string
	err = json.Unmarshal([]byte(text), &made)
	return made["value"], err
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
		text, err := substitute(asked)
		given := answer{Text: text}
		if err != nil {
			given.Error = err.Error()
		}
		if err := encoder.Encode(given); err != nil {
			return
		}
	}
}
