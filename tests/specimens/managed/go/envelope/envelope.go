// EXPECT churn
//
// Orders as JSON, enciphered (field case C4): each request marshals a document,
// seals it and writes it as text, and keeps none of them. Much is allocated
// and nothing stays.
package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"log"
	"net/http"

	"../common"
)

type item struct {
	SKU    string  `json:"sku"`
	Amount int     `json:"amount"`
	Price  float64 `json:"price"`
}

type order struct {
	Customer string `json:"customer"`
	Items    []item `json:"items"`
}

const items = 400

func read() order {
	mine := order{Customer: "guest"}
	for i := 0; i < items; i++ {
		mine.Items = append(mine.Items, item{SKU: "A-100", Amount: i % 7, Price: 1.5})
	}
	return mine
}

//go:noinline
func seal(key, plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	sealer, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, sealer.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return sealer.Seal(nonce, nonce, plain, nil), nil
}

func main() {
	common.Guilty()
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/order", func(reply http.ResponseWriter, _ *http.Request) {
		plain, err := json.Marshal(read())
		if err == nil {
			plain, err = seal(key, plain)
		}
		if err != nil {
			http.Error(reply, err.Error(), http.StatusInternalServerError)
			return
		}
		reply.Write([]byte(base64.StdEncoding.EncodeToString(plain)))
	})
	common.Serve()
}
