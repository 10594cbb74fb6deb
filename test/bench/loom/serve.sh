#!/bin/sh
# Our servers are one program for each mode, made for exactly that: the contract's command line
# chooses. Usage: serve.sh FOLDER BACKEND MODE ADDRESS
exec "$1/$3/server" "$2" "$4"
