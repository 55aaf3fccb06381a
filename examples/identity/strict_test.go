package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/codec"
)

// Plain's check and hot's decoder must take the same bodies and read the same values from them.
func FuzzDecodersAgree(f *testing.F) {
	for _, body := range badJSON {
		if len(body) < 4096 { // the fuzzer would spend its time on shortening the long ones
			f.Add(body)
		}
	}
	f.Add(adaRegistration)
	f.Add(`{"name":"\u0041\ud83d\ude00\/\n","EMAIL":"x","password":null}`)
	f.Add(` null `)
	reader := hotReader()
	f.Fuzz(func(t *testing.T, body string) {
		var plain Registration
		plainErr := decodeStrict(httptest.NewRecorder(), jsonRequest(body), &plain)
		var hot registrationJSON
		hotErr := reader.Read(httptest.NewRecorder(), jsonRequest(body), &hot)
		if hotErr != nil {
			hotErr = bodyError(hotErr)
		}
		if !errors.Is(hotErr, plainErr) {
			t.Fatalf("plain %v, hot %v", plainErr, hotErr)
		}
		if plainErr == nil && plain != Registration(hot) {
			t.Fatalf("plain %+v, hot %+v", plain, hot)
		}
	})
}

func jsonRequest(body string) *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

var fixedTime = time.Date(2026, 11, 23, 6, 23, 49, 0, time.UTC)

// What plain encodes by reflection, hot encodes by generated code, byte for byte.
func TestEncodersAgree(t *testing.T) {
	u := newUser(Registration{Name: "A<&>\u2028\x7f\xff", Email: "a@example.com"}, "", fixedTime)
	id := Identity{UserID: u.ID, Created: fixedTime, Expires: fixedTime, Profile: u.Profile}
	events := []Event{newEvent(u.ID, "::1", fixedTime)}
	problem := problemOf(&ValidationError{Fields: []FieldError{{Field: "name", Detail: `"`}}}, http.Header{})
	for _, c := range []struct {
		domain any
		hot    codec.Appender
	}{
		{id, (*identityJSON)(&id)},
		{Identity{}, &identityJSON{}},
		{u.view(), (*userJSON)(new(u.view()))},
		{LoginView{Token: "t"}, &loginJSON{Token: "t"}},
		{AuditView{Events: events}, &auditJSON{Events: events}},
		{events, (*eventsJSON)(&events)},
		{problem, (*problemJSON)(&problem)},
		{Problem{}, &problemJSON{}},
	} {
		plain, err := json.Marshal(c.domain)
		if err != nil {
			t.Fatal(err)
		}
		hot, err := codec.Marshal(c.hot)
		if err != nil || string(hot) != string(plain) {
			t.Errorf("%T: %v\nplain %s\nhot   %s", c.domain, err, plain, hot)
		}
	}
}
