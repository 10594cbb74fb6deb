#!/bin/sh
# Our servers are one program for each mode, and another for datagrams, made for exactly that: the
# contract's command line chooses. Usage: serve.sh FOLDER BACKEND MODE ADDRESS
case $3/$4 in
  sink/udp:*) exec "$1/datagrams/server" "$2" "$4" ;;
  *) exec "$1/$3/server" "$2" "$4" ;;
esac
