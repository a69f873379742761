package main

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// Mirror has the unexpired secrets of one mirror, read anew after maxAge, and when none signed a delivery.
type Mirror struct {
	client           *secretsmanager.Client
	secretID         string
	maxAge           time.Duration
	mismatchInterval time.Duration

	mutex   sync.Mutex
	keys    []key
	readAt  time.Time
	askedAt time.Time
}

type key struct {
	Secret    string  `json:"secret"`
	ExpiresAt *string `json:"expiresAt"`
}

const readTimeout = 2 * time.Second

var errNoSecret = errors.New("no key of the document is unexpired")

// Live returns the secrets to verify with, the one that signs first.
func (mirror *Mirror) Live(ctx context.Context) ([]string, error) {
	mirror.mutex.Lock()
	defer mirror.mutex.Unlock()
	isOld := mirror.readAt.IsZero() || time.Since(mirror.readAt) >= mirror.maxAge
	if isOld || (len(mirror.unexpired()) == 0 && mirror.mayAsk()) {
		if err := mirror.read(ctx); err != nil {
			return nil, err
		}
	}
	secrets := mirror.unexpired()
	if len(secrets) == 0 {
		return nil, errNoSecret
	}
	return secrets, nil
}

// AfterMismatch returns the secrets that were not tried yet. A forged delivery asks Secrets Manager once in an interval
// at most.
func (mirror *Mirror) AfterMismatch(ctx context.Context, tried []string) ([]string, error) {
	mirror.mutex.Lock()
	defer mirror.mutex.Unlock()
	if len(mirror.untried(tried)) == 0 && mirror.mayAsk() {
		if err := mirror.read(ctx); err != nil {
			return nil, err
		}
	}
	return mirror.untried(tried), nil
}

func (mirror *Mirror) mayAsk() bool {
	if time.Since(mirror.askedAt) < mirror.mismatchInterval {
		return false
	}
	mirror.askedAt = time.Now()
	return true
}

func (mirror *Mirror) read(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	value, err := mirror.client.GetSecretValue(limited, &secretsmanager.GetSecretValueInput{
		SecretId: aws.String(mirror.secretID),
		// AWSPREVIOUS is never read, since a revoked key lives on there.
		VersionStage: aws.String("AWSCURRENT"),
	})
	if err != nil {
		return err
	}
	mirror.keys = keysOf(aws.ToString(value.SecretString))
	mirror.readAt = time.Now()
	return nil
}

func (mirror *Mirror) unexpired() []string {
	now := time.Now()
	var secrets []string
	for _, each := range mirror.keys {
		if each.Secret != "" && each.isLive(now) {
			secrets = append(secrets, each.Secret)
		}
	}
	return secrets
}

func (mirror *Mirror) untried(tried []string) []string {
	var fresh []string
	for _, secret := range mirror.unexpired() {
		if !contains(tried, secret) {
			fresh = append(fresh, secret)
		}
	}
	return fresh
}

func contains(texts []string, wanted string) bool {
	for _, text := range texts {
		if text == wanted {
			return true
		}
	}
	return false
}

// A key without an end lives; one whose end cannot be read is over.
func (each key) isLive(now time.Time) bool {
	if each.ExpiresAt == nil {
		return true
	}
	end, err := time.Parse(time.RFC3339, *each.ExpiresAt)
	return err == nil && now.Before(end)
}

// A text that is no JSON object is the one secret.
func keysOf(text string) []key {
	var document map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &document) != nil || document == nil {
		return []key{{Secret: text}}
	}
	var listed []json.RawMessage
	if json.Unmarshal(document["keys"], &listed) != nil {
		return nil
	}
	var keys []key
	for _, one := range listed {
		var each key
		if json.Unmarshal(one, &each) == nil {
			keys = append(keys, each)
		}
	}
	return keys
}
