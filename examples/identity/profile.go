package main

import (
	"slices"
	"time"
)

// The types inside an answer are aliases of unnamed structs. Those have no methods, so the JSON methods that codecgen
// writes for hot's types reach nothing that encoding/json sees in plain: each variant encodes by itself, the same values.
// A program with one variant would have none of this: plain types, generated for as they are.

// Profile is what other services need to know about a caller: who it is and what it may do. It is immutable once made,
// so every request may share the cached one.
type Profile = struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Email       string      `json:"email"`
	Locale      string      `json:"locale"`
	TimeZone    string      `json:"time_zone"`
	Verified    bool        `json:"verified"`
	Created     time.Time   `json:"created"`
	Roles       []Role      `json:"roles"`
	Permissions []string    `json:"permissions"` // every role's permissions, flat, sorted: what a check reads
	Preferences Preferences `json:"preferences"`
	Quota       Quota       `json:"quota"`
}

// Role is a named set of grants within one scope.
type Role = struct {
	Name      string    `json:"name"`
	Scope     string    `json:"scope"`
	GrantedBy string    `json:"granted_by"`
	GrantedAt time.Time `json:"granted_at"`
	Grants    []Grant   `json:"grants"`
}

// Grant allows actions on one kind of resource.
type Grant = struct {
	Resource string   `json:"resource"`
	Actions  []string `json:"actions"`
	Own      bool     `json:"own"` // only resources the user owns
}

// Preferences are the user's choices that every front end needs before its first paint.
type Preferences = struct {
	Theme         string `json:"theme"`
	PageSize      int    `json:"page_size"`
	Notifications bool   `json:"notifications"`
}

// Quota is what the account may use.
type Quota = struct {
	Projects     int     `json:"projects"`
	StorageBytes int64   `json:"storage_bytes"`
	RequestRate  float64 `json:"request_rate"`
}

// newProfile gives every account the same three roles: the example has no administrators. audit:read is among them, so
// that any session may read GET /v1/audit; a real service would grant it to few.
func newProfile(id string, r Registration, now time.Time) Profile {
	p := Profile{
		ID: id, Name: r.Name, Email: r.Email, Locale: "en-GB", TimeZone: "Etc/UTC", Created: now,
		Roles: []Role{
			{Name: "member", Scope: "org:default", Grants: []Grant{
				{Resource: "projects", Actions: []string{"create", "list", "read"}},
				{Resource: "documents", Actions: []string{"create", "delete", "list", "read", "update"}, Own: true},
				{Resource: "comments", Actions: []string{"create", "delete", "list", "read", "update"}, Own: true},
				{Resource: "profile", Actions: []string{"read", "update"}, Own: true},
			}},
			{Name: "developer", Scope: "team:default", Grants: []Grant{
				{Resource: "repositories", Actions: []string{"create", "list", "read", "write"}},
				{Resource: "pipelines", Actions: []string{"cancel", "list", "read", "start"}},
				{Resource: "environments", Actions: []string{"list", "read"}},
				{Resource: "tokens", Actions: []string{"create", "delete", "list"}, Own: true},
			}},
			{Name: "auditor", Scope: "org:default", Grants: []Grant{
				{Resource: "audit", Actions: []string{"read"}},
				{Resource: "reports", Actions: []string{"list", "read"}},
			}},
		},
		Preferences: Preferences{Theme: "system", PageSize: 50, Notifications: true},
		Quota:       Quota{Projects: 25, StorageBytes: 10 << 30, RequestRate: 12.5},
	}
	for i := range p.Roles {
		p.Roles[i].GrantedBy, p.Roles[i].GrantedAt = "system", now
		p.Permissions = append(p.Permissions, permissions(p.Roles[i])...)
	}
	slices.Sort(p.Permissions)
	p.Permissions = slices.Compact(p.Permissions)
	return p
}

func permissions(r Role) []string {
	var all []string
	for _, g := range r.Grants {
		for _, action := range g.Actions {
			all = append(all, g.Resource+":"+action)
		}
	}
	return all
}
