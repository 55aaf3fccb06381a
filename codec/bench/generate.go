package main

//go:generate go run ./infer
//go:generate go run ../cmd/codecgen -type Any,Small,Medium,Events,Twitter,Citm,Canada ./ours
//go:generate go run github.com/mailru/easyjson/easyjson -all easy/types.go
