/* The floor under any broadcast: one send() for each connection, and nothing else.

   send_loop PORT CONNECTIONS BYTES ROUNDS INTERVAL_MS
   Prints "ready" when all are connected, starts at a line on stdin, prints "done". */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static void fail(const char *what) { perror(what); exit(1); }

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    int port = atoi(argv[1]), connections = atoi(argv[2]), bytes = atoi(argv[3]), rounds = atoi(argv[4]);
    struct timespec interval = {0, atol(argv[5]) * 1000000L};
    int *sockets = calloc(connections, sizeof(int)), one = 1;
    char *frame = calloc(1, bytes), line[16];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address)) fail("bind");
    if (listen(listener, 4096)) fail("listen");
    puts("listening");
    fflush(stdout);
    for (int i = 0; i < connections; i++) {
        if ((sockets[i] = accept(listener, NULL, NULL)) < 0) fail("accept");
        setsockopt(sockets[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    puts("ready");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) return 1;
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < connections; i++)
            if (send(sockets[i], frame, bytes, MSG_NOSIGNAL) != bytes) fail("send");
        nanosleep(&interval, NULL);
    }
    puts("done");
    fflush(stdout);
    return fgets(line, sizeof line, stdin) != NULL; /* stays until its CPU time has been read */
}
