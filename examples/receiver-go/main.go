// A receiver that verifies with the mirror's document, as docs/mirror.md says how to read it.
//
//	SECRET_ID=keyturn/prod/org_1/ep_1 PORT=8080 go run .
//
// 204: a live key signed the delivery. 401: none did. 503: there is no key to verify with, so the sender tries again.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const maxBodyBytes = 1 << 20

func main() {
	loaded, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	mirror := &Mirror{
		client:           secretsmanager.NewFromConfig(loaded),
		secretID:         os.Getenv("SECRET_ID"),
		maxAge:           secondsOf("MAX_AGE_SECONDS", 300),
		mismatchInterval: secondsOf("MISMATCH_INTERVAL_SECONDS", 10),
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on port %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, receiver(mirror)))
}

func secondsOf(name string, usual float64) time.Duration {
	seconds, err := strconv.ParseFloat(os.Getenv(name), 64)
	if err != nil {
		seconds = usual
	}
	return time.Duration(seconds * float64(time.Second))
}

func receiver(mirror *Mirror) http.HandlerFunc {
	return func(response http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, maxBodyBytes))
		if err != nil {
			response.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		err = mirror.Verify(request.Context(), body, joined(request.Header))
		switch {
		case err == nil:
			// Senders repeat a delivery that got no answer: act on each webhook-id once.
			fmt.Printf("a genuine delivery of %d bytes\n", len(body))
			response.WriteHeader(http.StatusNoContent)
		case errors.Is(err, errNotSigned):
			response.WriteHeader(http.StatusUnauthorized)
		default:
			fmt.Printf("answered 503: %T\n", err)
			response.Header().Set("retry-after", "1")
			response.WriteHeader(http.StatusServiceUnavailable)
		}
	}
}

// What came twice is one value that nobody signed, as HTTP joins it.
func joined(headers http.Header) http.Header {
	one := http.Header{}
	for name, values := range headers {
		one.Set(name, strings.Join(values, ", "))
	}
	return one
}

var errNotSigned = errors.New("no live key signed the delivery")

// Verify returns nil when a live key signed the raw body, and errNotSigned when none did.
func (mirror *Mirror) Verify(ctx context.Context, body []byte, headers http.Header) error {
	tried, err := mirror.Live(ctx)
	if err != nil {
		return err
	}
	if isSigned(body, headers, tried) {
		return nil
	}
	fresh, err := mirror.AfterMismatch(ctx, tried)
	if err != nil {
		return err
	}
	if isSigned(body, headers, fresh) {
		return nil
	}
	return errNotSigned
}

func isSigned(body []byte, headers http.Header, secrets []string) bool {
	for _, secret := range secrets {
		// The library takes a secret without bytes for a key, which everybody has.
		if strings.TrimPrefix(secret, "whsec_") == "" {
			continue
		}
		webhook, err := standardwebhooks.NewWebhook(secret)
		if err == nil && webhook.Verify(body, headers) == nil {
			return true
		}
	}
	return false
}
