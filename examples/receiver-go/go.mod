module keyturn-receiver

go 1.24

require (
	github.com/aws/aws-sdk-go-v2 v1.41.7
	github.com/aws/aws-sdk-go-v2/config v1.32.17
	github.com/aws/aws-sdk-go-v2/service/secretsmanager v1.41.7
	github.com/standard-webhooks/standard-webhooks/libraries v0.0.1
)
