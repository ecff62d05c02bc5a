"""The webhook channel: other systems hand in complaints by signed webhooks (Standard Webhooks), and hear of replies the same way."""
