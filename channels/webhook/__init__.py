"""The webhook channel: other systems hand in complaints by signed webhooks (Standard Webhooks), and get replies the same way."""
