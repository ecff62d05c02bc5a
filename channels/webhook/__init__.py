"""Signed webhooks: other systems hand in complaints by HTTP (Standard Webhooks), and are told of replies the same way."""
