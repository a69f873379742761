# Written by `keyturn module`: do not edit it, write it anew.
# Everything is as keyturn.config.ts says, but for what variables.tf lets you choose.
# The code of the functions is in functions/, which `keyturn module` writes as well.

variable "alarm_email" {
  description = "Gets the alarms, once the subscription that AWS sends is confirmed. Null: nobody does."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that logs are kept, one of those that CloudWatch has."
  type        = number
  default     = 30
}

variable "throttle" {
  description = "Of all routes but those that change an endpoint."
  type        = object({ requests_per_second = number, burst = number })
  default     = { "requests_per_second" = 100, "burst" = 200 }
}

variable "change_throttle" {
  description = "Of each route that makes, rotates, revokes, changes or deletes, apart from all others."
  type        = object({ requests_per_second = number, burst = number })
  default     = { "requests_per_second" = 50, "burst" = 100 }
}

variable "tags" {
  description = "Put on every resource."
  type        = map(string)
  default     = {}
}
