/* The least that a server of this wire can do: one session, one process, no rules but those of a `single` question.

   least_server PORT FILE
   Speaks version 1 of the protocol as far as the load test's host and players do. Answers are gathered for 20 ms; those
   of one batch are chained by SHA-256 and written to FILE with one write() and one fdatasync(), and are then
   acknowledged. Players hear of the others' answers every two seconds, the host with each batch. Nothing is checked, and
   nobody can come back: what is not here is what a product costs on top. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum {
    GATHER_MS = 20,
    PROGRESS_MS = 2000,
    MOST_PLAYERS = 30000,
    TOP = 10,
    OPTIONS = 4,
    QUESTIONS = 100,
    TEXT = 16384,
    BUFFER = 65536,
};

typedef struct {
    int socket, is_open, number; /* number: -1 of whoever has not joined */
    int used;
    char *buffer;
    int choice; /* -1: no answer to the open question */
    int64_t answered_at;
    int points, delta, streak, rank, correct;
    char reply_to[64];
} Connection;

static Connection *by_socket[MOST_PLAYERS + 1000], *players[MOST_PLAYERS], *gathered[MOST_PLAYERS], *host;
static int player_count, gathered_count, told_count;
static int question = -1, questions, rights[QUESTIONS], lead_ms, limit_ms, answered, counts[OPTIONS], seq;
static int64_t opens_at, gather_until, progress_at;
static int epoll, file;
static char settings[TEXT];
static uint8_t chain[32];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* -- digests: FIPS 180-4 ------------------------------------------------------------------- */

static uint32_t left(uint32_t x, int by) { return x << by | x >> (32 - by); }
static uint32_t right(uint32_t x, int by) { return x >> by | x << (32 - by); }

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static void sha256_block(uint32_t *h, const uint32_t *words) {
    uint32_t w[64], s[8];
    memcpy(w, words, 64);
    memcpy(s, h, 32);
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + (right(w[i - 15], 7) ^ right(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
               (right(w[i - 2], 17) ^ right(w[i - 2], 19) ^ w[i - 2] >> 10);
    for (int i = 0; i < 64; i++) {
        uint32_t a = s[7] + (right(s[4], 6) ^ right(s[4], 11) ^ right(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i];
        uint32_t b = (right(s[0], 2) ^ right(s[0], 13) ^ right(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 28);
        s[4] += a;
        s[0] = a + b;
    }
    for (int i = 0; i < 8; i++) h[i] += s[i];
}

static void sha1_block(uint32_t *h, const uint32_t *words) {
    uint32_t w[80], s[5];
    memcpy(w, words, 64);
    memcpy(s, h, 20);
    for (int i = 16; i < 80; i++) w[i] = left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        uint32_t f = i < 20   ? ((s[1] & s[2]) | (~s[1] & s[3])) + 0x5a827999
                     : i < 40 ? (s[1] ^ s[2] ^ s[3]) + 0x6ed9eba1
                     : i < 60 ? ((s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3])) + 0x8f1bbcdc
                              : (s[1] ^ s[2] ^ s[3]) + 0xca62c1d6;
        uint32_t next = left(s[0], 5) + f + s[4] + w[i];
        s[4] = s[3];
        s[3] = s[2];
        s[2] = left(s[1], 30);
        s[1] = s[0];
        s[0] = next;
    }
    for (int i = 0; i < 5; i++) h[i] += s[i];
}

static void digest(void (*block)(uint32_t *, const uint32_t *), uint32_t *h, int size, const uint8_t *data, size_t length,
                   uint8_t *out) {
    size_t padded = (length + 9 + 63) / 64 * 64;
    uint8_t text[padded];
    memset(text, 0, padded);
    memcpy(text, data, length);
    text[length] = 0x80;
    for (int i = 0; i < 8; i++) text[padded - 1 - i] = (uint64_t)length * 8 >> 8 * i;
    for (size_t at = 0; at < padded; at += 64) {
        uint32_t words[16];
        for (int i = 0; i < 16; i++) words[i] = ntohl(*(uint32_t *)(text + at + 4 * i));
        block(h, words);
    }
    for (int i = 0; i < size; i++) ((uint32_t *)out)[i] = htonl(h[i]);
}

/* -- WebSocket: RFC 6455 ---------------------------------------------------------------------- */

static void put(Connection *to, const char *bytes, size_t size) {
    if (to->socket >= 0 && send(to->socket, bytes, size, MSG_NOSIGNAL) < 0) to->is_open = 0;
}

/* Frames a text; `out` has room for four bytes more. */
static size_t frame(char *out, const char *text, size_t size) {
    size_t head = size < 126 ? 2 : 4;
    out[0] = (char)0x81;
    out[1] = size < 126 ? (char)size : 126;
    if (size >= 126) {
        out[2] = (char)(size >> 8);
        out[3] = (char)size;
    }
    memcpy(out + head, text, size);
    return head + size;
}

static size_t format(char *out, const char *pattern, ...) {
    char text[TEXT];
    va_list arguments;
    va_start(arguments, pattern);
    int size = vsnprintf(text, sizeof text, pattern, arguments);
    va_end(arguments);
    if (size >= (int)sizeof text) fail("a message is too long");
    return frame(out, text, size);
}

static void shake_hands(Connection *one) {
    char *end = strstr(one->buffer, "\r\n\r\n"), *key = strstr(one->buffer, "Sec-WebSocket-Key: ");
    if (!end || !key) return;
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    uint8_t text[64], sum[21] = {0};
    char accept[29] = {0}, answer[256];
    memcpy(text, key + 19, 24);
    memcpy(text + 24, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
    digest(sha1_block, h, 5, text, 60, sum);
    for (int i = 0, at = 0; i < 21; i += 3) {
        uint32_t three = sum[i] << 16 | sum[i + 1] << 8 | sum[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) accept[at++] = base64[three >> shift & 63];
    }
    accept[27] = '=';
    put(one, answer, sprintf(answer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                     "Sec-WebSocket-Accept: %s\r\n\r\n", accept));
    one->is_open = 1;
    one->used = 0;
}

/* -- the quiz ----------------------------------------------------------------------------------- */

static void all(const char *bytes, size_t size) {
    for (int i = 0; i < player_count; i++) put(players[i], bytes, size);
    put(host, bytes, size);
}

static const char *after(const char *text, const char *name) {
    const char *found = strstr(text, name);
    return found ? found + strlen(name) : "";
}

static void copy_text(char *out, size_t room, const char *from) {
    size_t size = strcspn(from, "\"");
    if (size >= room) size = room - 1;
    memcpy(out, from, size);
    out[size] = 0;
}

static int better(const void *a, const void *b) {
    const Connection *one = *(Connection *const *)a, *other = *(Connection *const *)b;
    return one->points != other->points ? other->points - one->points : one->number - other->number;
}

static void ask(void) {
    char out[TEXT];
    question++;
    opens_at = now_ms() + lead_ms;
    answered = told_count = 0;
    progress_at = opens_at + PROGRESS_MS;
    memset(counts, 0, sizeof counts);
    for (int i = 0; i < player_count; i++) players[i]->choice = -1;
    all(out, format(out,
                    "{\"type\":\"new_question\",\"question\":{\"index\":%d,\"total\":%d,\"kind\":\"single\",\"text\":\"Question "
                    "%d?\",\"image\":null,\"options\":[{\"text\":\"Option 0\"},{\"text\":\"Option 1\"},{\"text\":\"Option 2\"},"
                    "{\"text\":\"Option 3\"}],\"points\":1000,\"time_limit_ms\":%d},\"opens_at\":%lld,\"closes_at\":%lld,"
                    "\"total\":%d,\"seq\":%d}",
                    question, questions, question, limit_ms, (long long)opens_at, (long long)opens_at + limit_ms, player_count,
                    ++seq));
}

static void close_question(void) {
    static Connection *order[MOST_PLAYERS];
    char shared[TEXT], board[TEXT], entries[TEXT], out[TEXT];
    int right = rights[question];
    for (int i = 0; i < player_count; i++) {
        Connection *one = players[i];
        int64_t took = one->answered_at - opens_at;
        if (took < 500) took = 0;
        one->delta = one->choice == right ? (int)((2000LL * limit_ms - 1000 * took + limit_ms) / (2 * limit_ms)) : 0;
        one->streak = one->choice == right ? one->streak + 1 : 0;
        one->correct += one->choice == right;
        one->points += one->delta;
        order[i] = one;
    }
    qsort(order, player_count, sizeof *order, better);
    size_t used = 0;
    for (int i = 0; i < player_count; i++) {
        Connection *one = order[i];
        one->rank = i && order[i - 1]->points == one->points ? order[i - 1]->rank : i + 1;
        if (i < TOP)
            used += sprintf(entries + used,
                            "%s{\"rank\":%d,\"player_id\":\"player%05d\",\"name\":\"Player %d\",\"avatar\":\"abc\",\"points\":%d,"
                            "\"delta\":%d,\"previous_rank\":null,\"streak\":%d}",
                            i ? "," : "", one->rank, one->number, one->number, one->points, one->delta, one->streak);
    }
    size_t first = format(shared,
                          "{\"type\":\"question_results\",\"question\":%d,\"correct\":[%d],\"counts\":[%d,%d,%d,%d],\"answered\":%d,"
                          "\"total\":%d,\"explanation\":null,\"advances_at\":null,\"solution\":{\"correct\":[%d]},\"tally\":"
                          "{\"counts\":[%d,%d,%d,%d]},\"seq\":%d}",
                          question, right, counts[0], counts[1], counts[2], counts[3], answered, player_count, right, counts[0],
                          counts[1], counts[2], counts[3], seq + 1);
    size_t last = format(board, "{\"type\":\"leaderboard\",\"question\":%d,\"entries\":[%s],\"total\":%d,\"seq\":%d}", question,
                         entries, player_count, seq + 2);
    seq += 2;
    memcpy(out, shared, first);
    for (int i = 0; i < player_count; i++) {
        Connection *one = players[i];
        size_t own = format(out + first,
                            "{\"type\":\"your_result\",\"question\":%d,\"answered\":true,\"correct\":%s,\"points\":%d,"
                            "\"total_points\":%d,\"rank\":%d,\"streak\":%d,\"response_ms\":%lld,\"share\":%d}",
                            question, one->choice == right ? "true" : "false", one->delta, one->points, one->rank, one->streak,
                            (long long)(one->answered_at - opens_at), one->choice == right ? 100 : 0);
        put(one, out, first + own);
        put(one, board, last);
    }
    put(host, shared, first);
    put(host, board, last);
}

static void end(void) {
    char out[TEXT];
    all(out, format(out, "{\"type\":\"quiz_ended\",\"podium\":[],\"total\":%d,\"questions\":%d,\"tied\":0,\"seq\":%d}",
                    player_count, questions, ++seq));
    for (int i = 0; i < player_count; i++)
        put(players[i], out,
            format(out, "{\"type\":\"your_final\",\"rank\":%d,\"points\":%d,\"correct\":%d,\"questions\":%d,\"best_streak\":0,"
                        "\"average_response_ms\":0}", players[i]->rank, players[i]->points, players[i]->correct, questions));
}

/* Stores what was gathered, and acknowledges it. */
static void flush(void) {
    static char records[MOST_PLAYERS * 80], told[MOST_PLAYERS * 14 + 256];
    size_t used = 0, size = 0;
    char out[TEXT];
    int64_t now = now_ms();
    for (int i = 0; i < gathered_count; i++) {
        Connection *one = gathered[i];
        uint8_t text[128];
        memcpy(text, chain, 32);
        int length = sprintf(records + used, "[\"answer\",%lld,%d,%d,%d,null,1]", (long long)now, one->number, question, one->choice);
        memcpy(text + 32, records + used, length);
        uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
        digest(sha256_block, h, 8, text, 32 + length, chain);
        used += length;
        records[used++] = '\n';
        size += sprintf(told + size, "%s\"player%05d\"", size ? "," : "", one->number);
        one->answered_at = now;
    }
    if (write(file, records, used) != (ssize_t)used) fail("write");
    if (fdatasync(file)) fail("fdatasync");
    for (int i = 0; i < gathered_count; i++)
        put(gathered[i], out,
            format(out, "{\"type\":\"answer_accepted\",\"question\":%d,\"received_at\":%lld,\"counted_at\":%lld,\"receipt\":"
                        "\"%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x\",\"reply_to\":\"%s\"}", question, (long long)now, (long long)now,
                   chain[0], chain[1], chain[2], chain[3], chain[4], chain[5], chain[6], chain[7], chain[8], chain[9],
                   gathered[i]->reply_to));
    if (size < TEXT - 256)
        put(host, out, format(out, "{\"type\":\"answer_progress\",\"question\":%d,\"answered\":%d,\"total\":%d,\"player_ids\":[%s]}",
                              question, answered, player_count, told));
    gathered_count = 0;
    gather_until = 0;
    if (answered == player_count) close_question();
}

static void progress(void) {
    char out[TEXT];
    if (answered != told_count && answered < player_count) {
        size_t size = format(out, "{\"type\":\"answer_progress\",\"question\":%d,\"answered\":%d,\"total\":%d}", question, answered,
                             player_count);
        for (int i = 0; i < player_count; i++) put(players[i], out, size);
    }
    told_count = answered;
    progress_at += PROGRESS_MS;
}

static void obey(Connection *one, char *text) {
    char out[TEXT], id[64] = "", type[32];
    copy_text(type, sizeof type, after(text, "{\"type\":\""));
    copy_text(id, sizeof id, after(text, "\"id\":\""));
    if (!strcmp(type, "submit_answer")) {
        if (one->choice >= 0 || question < 0) return;
        one->choice = atoi(after(text, "\"answer\":"));
        counts[one->choice & 3]++;
        answered++;
        memcpy(one->reply_to, id, sizeof id);
        gathered[gathered_count++] = one;
        if (!gather_until) gather_until = now_ms() + GATHER_MS;
        return;
    }
    if (!strcmp(type, "join_session")) {
        one->number = player_count;
        players[player_count++] = one;
        put(one, out, format(out,
            "{\"type\":\"joined\",\"code\":\"123456\",\"player_id\":\"player%05d\",\"player_token\":\"t\",\"name\":\"Player %d\","
            "\"avatar\":\"abc\",\"session\":{\"code\":\"123456\",\"title\":\"\",\"phase\":\"lobby\",\"seq\":0,\"locked\":false,"
            "\"player_count\":%d,\"settings\":%s,\"server_time\":%lld,\"host_connected\":true,\"paused\":false},\"reply_to\":\"%s\"}",
            one->number, one->number, player_count, settings, (long long)now_ms(), id));
        return;
    }
    if (!strcmp(type, "sync_clock")) {
        put(one, out, format(out, "{\"type\":\"clock\",\"t0\":%.3f,\"t1\":%lld,\"t2\":%lld,\"reply_to\":\"%s\"}",
                             atof(after(text, "\"t0\":")), (long long)now_ms(), (long long)now_ms(), id));
        return;
    }
    if (!strcmp(type, "create_session")) {
        const char *from = after(text, "\"settings\":");
        size_t size = strcspn(from, "}") + 1;
        memcpy(settings, from, size);
        host = one;
        lead_ms = atoi(after(text, "\"lead_ms\":"));
        limit_ms = atoi(after(text, "\"time_limit_ms\":"));
        for (const char *at = text; (at = strstr(at, "\"kind\":")) && questions < QUESTIONS; at++) {
            const char *right = strstr(at, "\"correct\":true");
            int options = 0;
            for (const char *option = at; (option = strstr(option, "{\"text\":")) && option < right; option++) options++;
            rights[questions++] = options - 1;
        }
        put(one, out, format(out,
            "{\"type\":\"session_created\",\"code\":\"123456\",\"host_token\":\"t\",\"join_url\":\"http://127.0.0.1/join/123456\","
            "\"session\":{\"code\":\"123456\",\"title\":\"\",\"phase\":\"lobby\",\"seq\":0,\"locked\":false,\"player_count\":0,"
            "\"settings\":%s,\"server_time\":%lld,\"host_connected\":true,\"paused\":false,\"players\":[]},\"reply_to\":\"%s\"}",
            settings, (long long)now_ms(), id));
        return;
    }
    put(one, out, format(out, "{\"type\":\"ok\",\"reply_to\":\"%s\"}", id));
    if (!strcmp(type, "end_session"))
        all(out, format(out, "{\"type\":\"session_closed\",\"reason\":\"ended_by_host\",\"seq\":%d}", ++seq));
    else if (question + 1 < questions)
        ask();
    else
        end();
}

/* Obeys every whole frame that has come. */
static void hear(Connection *one) {
    ssize_t got = recv(one->socket, one->buffer + one->used, BUFFER - 1 - one->used, 0);
    if (got <= 0) {
        close(one->socket);
        one->socket = -1;
        return;
    }
    one->used += got;
    one->buffer[one->used] = 0;
    if (!one->is_open) {
        shake_hands(one);
        return;
    }
    int at = 0;
    while (one->used - at >= 6) {
        uint8_t *head = (uint8_t *)one->buffer + at;
        int length = head[1] & 127, start = at + 6;
        if (length == 126) {
            if (one->used - at < 8) break;
            length = head[2] << 8 | head[3];
            start += 2;
        }
        if (one->used < start + length) break;
        char *text = one->buffer + start, kept = text[length];
        for (int i = 0; i < length; i++) text[i] ^= one->buffer[start - 4 + i % 4];
        text[length] = 0;
        if ((head[0] & 15) == 1) obey(one, text);
        text[length] = kept;
        at = start + length;
    }
    memmove(one->buffer, one->buffer + at, one->used - at);
    one->used -= at;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address)) fail("bind");
    if (listen(listener, 4096)) fail("listen");
    if ((file = open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0600)) < 0) fail("open");
    epoll = epoll_create1(0);
    struct epoll_event event = {EPOLLIN, {.fd = listener}}, events[256];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    puts("listening");
    fflush(stdout);
    for (;;) {
        int64_t next = gather_until ? gather_until : answered && answered < player_count ? progress_at : 0, now = now_ms();
        int found = epoll_wait(epoll, events, 256, !next ? -1 : next > now ? (int)(next - now) : 0);
        for (int i = 0; i < found; i++) {
            if (events[i].data.fd != listener) {
                hear(by_socket[events[i].data.fd]);
                continue;
            }
            Connection *one = calloc(1, sizeof *one);
            one->socket = accept(listener, NULL, NULL);
            if (one->socket < 0 || one->socket >= MOST_PLAYERS + 1000) fail("accept");
            one->buffer = malloc(BUFFER);
            one->number = one->choice = -1;
            setsockopt(one->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            by_socket[one->socket] = one;
            event.data.fd = one->socket;
            epoll_ctl(epoll, EPOLL_CTL_ADD, one->socket, &event);
        }
        now = now_ms();
        if (gather_until && now >= gather_until) flush();
        if (answered && answered < player_count && now >= progress_at) progress();
    }
}
