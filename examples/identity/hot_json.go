package main

//go:generate go run github.com/hotpath-go/hotpath/codec/cmd/codecgen -type identityJSON,registrationJSON,credentialsJSON,loginJSON,userJSON,auditJSON,eventsJSON,problemJSON

// hot's types are the domain's under other names, so a conversion from one to the other costs nothing.
type (
	identityJSON     Identity
	registrationJSON Registration
	credentialsJSON  Credentials
	loginJSON        LoginView
	userJSON         UserView
	auditJSON        AuditView
	eventsJSON       []Event
	problemJSON      Problem
)
