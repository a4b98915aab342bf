/* What the double is told to be: a plain file, read again at each call, so that a test changes it while a program runs.
   script.py beside this writes it and says what each line means. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "arithmetic.h"
#include "cryptoki.h"

enum { MAX_SLOTS = 8, MAX_OBJECTS = 8, MAX_MECHANISMS = 16, MAX_CERTIFICATE = 8192, MAX_TEXT = 64, MAX_FAILURES = 8 };

typedef struct {
    CK_ULONG class; /* CKO_CERTIFICATE or CKO_PRIVATE_KEY */
    CK_BYTE id[MAX_TEXT];
    size_t id_length;
    char label[MAX_TEXT];
    CK_BYTE value[MAX_CERTIFICATE]; /* certificate: DER; key: its modulus */
    size_t length;
    CK_BYTE exponent[MAX_MODULUS];
    CK_BYTE asks_each_time;
} Object;

typedef struct {
    CK_ULONG flags, min_pin, max_pin, tries, wrong_pin, plugs, holds;
    int present, blank;
    char label[MAX_TEXT], serial[MAX_TEXT], manufacturer[MAX_TEXT], model[MAX_TEXT], pin[MAX_TEXT], pad[MAX_TEXT], pulled_in[MAX_TEXT];
    CK_ULONG mechanisms[MAX_MECHANISMS];
    size_t mechanism_count, object_count;
    Object objects[MAX_OBJECTS];
} Slot;

typedef struct {
    char log[4096];
    size_t slot_count, failure_count;
    Slot slots[MAX_SLOTS];
    struct { char call[MAX_TEXT]; CK_ULONG result; } failures[MAX_FAILURES];
} Script;

/* The script as it stands now; the same place at each call. */
Script *script_read(void);
/* One line of JSON into the log: the call, its result, and for C_Login where the PIN came from (`given` or `pad`), never the PIN. */
void script_log(const char *call, CK_RV result, const char *pin_from);
/* Wrong PINs since the last good one, kept in a file beside the script, as a token keeps it over processes. */
CK_ULONG script_wrong_pins(size_t slot);
void script_keep_wrong_pins(size_t slot, CK_ULONG count);

#endif
