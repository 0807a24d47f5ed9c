module github.com/Fieldnote-Echo/ordvec/ordvec-go

go 1.21
