// Asks ClickHouse what stands on standard input, a JSON array of queries, by the native protocol and by HTTP, and prints the answers:
// a JSON array per protocol, in it for each query the names of the columns and the rows.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"log"
	"os"

	"github.com/ClickHouse/clickhouse-go/v2"
)

type answer struct {
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
}

func asked(db *sql.DB, query string) answer {
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		log.Fatal(query, ": ", err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		log.Fatal(err)
	}
	found := answer{Columns: columns, Rows: [][]any{}}
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for at := range values {
			places[at] = &values[at]
		}
		if err := rows.Scan(places...); err != nil {
			log.Fatal(query, ": ", err)
		}
		found.Rows = append(found.Rows, values)
	}
	if err := rows.Err(); err != nil {
		log.Fatal(query, ": ", err)
	}
	return found
}

func main() {
	var queries []string
	if err := json.NewDecoder(os.Stdin).Decode(&queries); err != nil {
		log.Fatal(err)
	}
	auth := clickhouse.Auth{Database: "lapor", Username: os.Args[3], Password: os.Args[4]}
	answers := [][]answer{}
	for at, protocol := range []clickhouse.Protocol{clickhouse.Native, clickhouse.HTTP} {
		db := clickhouse.OpenDB(&clickhouse.Options{Addr: []string{"127.0.0.1:" + os.Args[1+at]}, Auth: auth, Protocol: protocol})
		found := []answer{}
		for _, query := range queries {
			found = append(found, asked(db, query))
		}
		answers = append(answers, found)
		db.Close()
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}
