package shop

import "github.com/mailru/easyjson"

// Legacy and Strict use what codecgen refuses.
type (
	// Legacy keeps unknown fields.
	Legacy struct {
		easyjson.UnknownFieldsProxy
	}
	// Strict insists on a field.
	Strict struct {
		ID int `json:"id,required"`
	}
)

//lint:file-ignore SA5008 the tags are easyjson's
