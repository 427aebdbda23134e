// Sdkjudge asks aws-sdk-go-v2 for one object per line of its input, each time
// with the environment of that line and no other, and answers with a line that
// says what the SDK said. The e2e tests look at the requests that it makes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/net/http/httpproxy"
)

// patience is for one object, with all that has to be asked before it.
const patience = 30 * time.Second

// A question is a line of the input. What has no variable is a member.
type question struct {
	Env         map[string]string
	Bucket, Key string
	Profile     string // "" for none
	PathStyle   bool
	Accelerate  bool
}

// An answer is a line of the output.
type answer struct {
	Error string // "" if the store said that there is no such key
}

func main() {
	// Clients that the SDK makes for itself know the variables of proxies as
	// they are at their first use: let those never have any.
	os.Clearenv()
	http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "http", Host: "host"}})
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	os.Stdin, _ = os.Open(os.DevNull) // no process that the SDK starts may read from it
	for {
		var q question
		if in.Decode(&q) != nil {
			return
		}
		var a answer
		if err := ask(q); err != nil {
			a.Error = err.Error()
		}
		if out.Encode(a) != nil {
			return
		}
	}
}

func ask(q question) error {
	os.Clearenv()
	for name, value := range q.Env {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	// The SDK looks for the home once in a process.
	config.DefaultSharedConfigFiles = []string{config.DefaultSharedConfigFilename()}
	config.DefaultSharedCredentialsFiles = []string{config.DefaultSharedCredentialsFilename()}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	settings, err := config.LoadDefaultConfig(ctx, optionsFor(q)...)
	if err != nil {
		return err
	}
	client := s3.NewFromConfig(settings, func(o *s3.Options) {
		o.UsePathStyle, o.UseAccelerate = q.PathStyle, q.Accelerate
	})
	_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: &q.Bucket, Key: &q.Key})
	var missing *types.NoSuchKey
	switch {
	case err == nil:
		return errors.New("there is an object")
	case errors.As(err, &missing):
		return nil
	}
	return err
}

// optionsFor gives every question a client of its own: net/http reads the
// variables of proxies only once in a process.
func optionsFor(q question) []func(*config.LoadOptions) error {
	proxy := httpproxy.FromEnvironment().ProxyFunc()
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.Proxy = func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
	})
	options := []func(*config.LoadOptions) error{config.WithHTTPClient(client)}
	if q.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(q.Profile))
	}
	return options
}
