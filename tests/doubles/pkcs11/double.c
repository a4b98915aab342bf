/* A PKCS#11 driver that is as its script says: for what SoftHSM cannot do. It is loaded like any driver, logs each call and never
   a PIN. What it shares with SoftHSM is held against SoftHSM by tests/contract/test_signing_token_double.py. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arithmetic.h"
#include "cryptoki.h"
#include "script.h"

enum { MAX_SESSIONS = 64, HANDLES = 16 }; /* an object's handle is its place + 1; slot numbers are 1 and up */

typedef struct {
    int used, finding, signing;
    size_t slot, key;
    CK_ULONG mechanism, plugs;
    size_t found[HANDLES], found_count, given;
} Session;

static struct {
    int started;
    Session sessions[MAX_SESSIONS];
    int logged_in[MAX_SLOTS], known_present[MAX_SLOTS];
    CK_ULONG pulled_at[MAX_SLOTS]; /* plugs + 1 at the time it was pulled by itself */
} state;
static Script *script;

static CK_RV done(const char *call, CK_RV result) {
    script_log(call, result, NULL);
    return result;
}

static int present(size_t slot) {
    return slot < script->slot_count && script->slots[slot].present && state.pulled_at[slot] <= script->slots[slot].plugs;
}

/* Read the script anew; sessions of a token that is gone end, as PKCS#11 has it. 1 where the call is to fail with `*result`. */
static int begins(const char *call, CK_RV *result) {
    script = script_read();
    for (size_t i = 0; i < script->failure_count; i++)
        if (strcmp(script->failures[i].call, call) == 0) {
            *result = done(call, script->failures[i].result);
            return 1;
        }
    if (!state.started) {
        *result = done(call, CKR_CRYPTOKI_NOT_INITIALIZED);
        return 1;
    }
    return 0;
}
#define BEGIN(name) CK_RV failure; if (begins(name, &failure)) return failure

static void drop(size_t slot) {
    for (size_t i = 0; i < MAX_SESSIONS; i++)
        if (state.sessions[i].slot == slot) state.sessions[i].used = 0;
    state.logged_in[slot] = 0;
}

/* The session of a handle; NULL with the reason in `*result` where it is none, or where its token has just gone. */
static Session *session_of(CK_ULONG handle, const char *call, CK_RV *result) {
    Session *session = handle && handle <= MAX_SESSIONS ? &state.sessions[handle - 1] : NULL;
    if (!session || !session->used) {
        *result = CKR_SESSION_HANDLE_INVALID;
        return NULL;
    }
    if (present(session->slot) && strcmp(script->slots[session->slot].pulled_in, call) == 0)
        state.pulled_at[session->slot] = script->slots[session->slot].plugs + 1;
    if (!present(session->slot) || session->plugs != script->slots[session->slot].plugs) {
        drop(session->slot);
        *result = CKR_DEVICE_REMOVED;
        return NULL;
    }
    return session;
}
#define SESSION(name, handle) \
    BEGIN(name); \
    Session *session = session_of(handle, name, &failure); \
    if (!session) return done(name, failure); \
    Slot *slot = &script->slots[session->slot]; \
    (void)slot

static void pad(CK_BYTE *to, size_t room, const char *text) {
    size_t length = strlen(text);
    memset(to, ' ', room);
    memcpy(to, text, length < room ? length : room);
}

/* Copy `length` bytes out by the rule of every call with a buffer: NULL asks for the length. */
static CK_RV give(const void *from, size_t length, void *to, CK_ULONG *room) {
    CK_ULONG had = *room;
    *room = length;
    if (!to) return CKR_OK;
    if (had < length) return CKR_BUFFER_TOO_SMALL;
    memcpy(to, from, length);
    return CKR_OK;
}

static CK_RV C_Initialize(void *arguments) {
    (void)arguments;
    script = script_read();
    for (size_t i = 0; i < script->failure_count; i++)
        if (strcmp(script->failures[i].call, "C_Initialize") == 0) return done("C_Initialize", script->failures[i].result);
    if (state.started) return done("C_Initialize", CKR_CRYPTOKI_ALREADY_INITIALIZED);
    memset(&state, 0, sizeof state);
    state.started = 1;
    for (size_t i = 0; i < script->slot_count; i++) state.known_present[i] = present(i);
    return done("C_Initialize", CKR_OK);
}

static CK_RV C_Finalize(void *reserved) {
    (void)reserved;
    BEGIN("C_Finalize");
    state.started = 0;
    return done("C_Finalize", CKR_OK);
}

static CK_RV C_GetInfo(CK_INFO *info) {
    BEGIN("C_GetInfo");
    memset(info, 0, sizeof *info);
    info->cryptoki = (CK_VERSION){2, 40};
    pad(info->manufacturer, sizeof info->manufacturer, "double");
    pad(info->description, sizeof info->description, "scripted double");
    return done("C_GetInfo", CKR_OK);
}

static CK_RV C_GetSlotList(CK_BYTE with_token, CK_ULONG *slots, CK_ULONG *count) {
    BEGIN("C_GetSlotList");
    CK_ULONG numbers[MAX_SLOTS], bytes = *count * sizeof *numbers;
    size_t length = 0;
    for (size_t i = 0; i < script->slot_count; i++)
        if (!with_token || present(i)) numbers[length++] = i + 1;
    CK_RV result = give(numbers, length * sizeof *numbers, slots, &bytes);
    *count = length;
    return done("C_GetSlotList", result);
}

static CK_RV C_GetSlotInfo(CK_ULONG number, CK_SLOT_INFO *info) {
    BEGIN("C_GetSlotInfo");
    if (number < 1 || number > script->slot_count) return done("C_GetSlotInfo", CKR_SLOT_ID_INVALID);
    memset(info, 0, sizeof *info);
    pad(info->description, sizeof info->description, "double's slot");
    pad(info->manufacturer, sizeof info->manufacturer, "double");
    info->flags = CKF_REMOVABLE_DEVICE | CKF_HW_SLOT | (present(number - 1) ? CKF_TOKEN_PRESENT : 0);
    return done("C_GetSlotInfo", CKR_OK);
}

/* The PIN's flags: those of the script, and what the wrong PINs since the last good one add. */
static CK_ULONG flags_of(size_t place) {
    Slot *slot = &script->slots[place];
    CK_ULONG flags = slot->flags | CKF_LOGIN_REQUIRED, wrong = script_wrong_pins(place);
    if (!slot->blank) flags |= CKF_TOKEN_INITIALIZED;
    if (wrong) flags |= CKF_USER_PIN_COUNT_LOW;
    if (slot->tries && wrong + 1 == slot->tries) flags |= CKF_USER_PIN_FINAL_TRY;
    if (slot->tries && wrong >= slot->tries) flags = (flags | CKF_USER_PIN_LOCKED) & ~(CK_ULONG)CKF_USER_PIN_FINAL_TRY;
    return flags;
}

static CK_RV C_GetTokenInfo(CK_ULONG number, CK_TOKEN_INFO *info) {
    BEGIN("C_GetTokenInfo");
    if (number < 1 || number > script->slot_count) return done("C_GetTokenInfo", CKR_SLOT_ID_INVALID);
    if (!present(number - 1)) return done("C_GetTokenInfo", CKR_TOKEN_NOT_PRESENT);
    Slot *slot = &script->slots[number - 1];
    memset(info, 0, sizeof *info);
    pad(info->label, sizeof info->label, slot->label);
    pad(info->manufacturer, sizeof info->manufacturer, slot->manufacturer);
    pad(info->model, sizeof info->model, slot->model);
    pad(info->serial, sizeof info->serial, slot->serial);
    info->flags = flags_of(number - 1);
    info->max_pin = slot->max_pin;
    info->min_pin = slot->min_pin;
    info->total_public = info->free_public = info->total_private = info->free_private = UNAVAILABLE;
    info->firmware = (CK_VERSION){1, 7};
    return done("C_GetTokenInfo", CKR_OK);
}

static CK_RV C_WaitForSlotEvent(CK_ULONG flags, CK_ULONG *number, void *reserved) {
    (void)reserved;
    BEGIN("C_WaitForSlotEvent");
    if (!(flags & CKF_DONT_BLOCK)) return done("C_WaitForSlotEvent", CKR_FUNCTION_NOT_SUPPORTED);
    for (size_t i = 0; i < script->slot_count; i++)
        if (state.known_present[i] != present(i)) {
            state.known_present[i] = present(i);
            *number = i + 1;
            return done("C_WaitForSlotEvent", CKR_OK);
        }
    return done("C_WaitForSlotEvent", CKR_NO_EVENT);
}

static CK_RV C_GetMechanismList(CK_ULONG number, CK_ULONG *mechanisms, CK_ULONG *count) {
    BEGIN("C_GetMechanismList");
    if (number < 1 || number > script->slot_count) return done("C_GetMechanismList", CKR_SLOT_ID_INVALID);
    if (!present(number - 1)) return done("C_GetMechanismList", CKR_TOKEN_NOT_PRESENT);
    Slot *slot = &script->slots[number - 1];
    CK_ULONG bytes = *count * sizeof *mechanisms;
    CK_RV result = give(slot->mechanisms, slot->mechanism_count * sizeof *mechanisms, mechanisms, &bytes);
    *count = slot->mechanism_count;
    return done("C_GetMechanismList", result);
}

static int offers(const Slot *slot, CK_ULONG mechanism) {
    for (size_t i = 0; i < slot->mechanism_count; i++)
        if (slot->mechanisms[i] == mechanism) return 1;
    return 0;
}

static CK_RV C_GetMechanismInfo(CK_ULONG number, CK_ULONG mechanism, CK_MECHANISM_INFO *info) {
    BEGIN("C_GetMechanismInfo");
    if (number < 1 || number > script->slot_count) return done("C_GetMechanismInfo", CKR_SLOT_ID_INVALID);
    if (!present(number - 1)) return done("C_GetMechanismInfo", CKR_TOKEN_NOT_PRESENT);
    if (!offers(&script->slots[number - 1], mechanism)) return done("C_GetMechanismInfo", CKR_MECHANISM_INVALID);
    *info = (CK_MECHANISM_INFO){1024, 4096, CKF_SIGN};
    return done("C_GetMechanismInfo", CKR_OK);
}

static CK_RV C_OpenSession(CK_ULONG number, CK_ULONG flags, void *data, void *notify, CK_ULONG *handle) {
    (void)data, (void)notify;
    BEGIN("C_OpenSession");
    if (number < 1 || number > script->slot_count) return done("C_OpenSession", CKR_SLOT_ID_INVALID);
    if (!(flags & CKF_SERIAL_SESSION)) return done("C_OpenSession", CKR_SESSION_PARALLEL_NOT_SUPPORTED);
    if (!present(number - 1)) return done("C_OpenSession", CKR_TOKEN_NOT_PRESENT);
    for (size_t i = 0; i < MAX_SESSIONS; i++)
        if (!state.sessions[i].used) {
            state.sessions[i] = (Session){.used = 1, .slot = number - 1, .plugs = script->slots[number - 1].plugs};
            *handle = i + 1;
            return done("C_OpenSession", CKR_OK);
        }
    return done("C_OpenSession", CKR_ARGUMENTS_BAD);
}

static CK_RV C_CloseSession(CK_ULONG handle) {
    SESSION("C_CloseSession", handle);
    session->used = 0;
    int others = 0;
    for (size_t i = 0; i < MAX_SESSIONS; i++) others |= state.sessions[i].used && state.sessions[i].slot == session->slot;
    if (!others) state.logged_in[session->slot] = 0; /* the last session takes the log-in with it */
    return done("C_CloseSession", CKR_OK);
}

static CK_RV C_CloseAllSessions(CK_ULONG number) {
    BEGIN("C_CloseAllSessions");
    if (number < 1 || number > script->slot_count) return done("C_CloseAllSessions", CKR_SLOT_ID_INVALID);
    drop(number - 1);
    return done("C_CloseAllSessions", CKR_OK);
}

static CK_RV C_GetSessionInfo(CK_ULONG handle, CK_SESSION_INFO *info) {
    SESSION("C_GetSessionInfo", handle);
    CK_ULONG stands = state.logged_in[session->slot] ? CKS_RO_USER_FUNCTIONS : CKS_RO_PUBLIC_SESSION;
    *info = (CK_SESSION_INFO){session->slot + 1, stands, CKF_SERIAL_SESSION, 0};
    return done("C_GetSessionInfo", CKR_OK);
}

static CK_RV wrong_pin(size_t place) {
    script_keep_wrong_pins(place, script_wrong_pins(place) + 1);
    return script->slots[place].wrong_pin ? script->slots[place].wrong_pin : CKR_PIN_INCORRECT;
}

static CK_RV log_in(size_t place, CK_ULONG user, const CK_BYTE *pin, CK_ULONG length) {
    Slot *slot = &script->slots[place];
    if (user != CKU_USER) return CKR_USER_TYPE_INVALID;
    if (state.logged_in[place]) return CKR_USER_ALREADY_LOGGED_IN;
    if (flags_of(place) & CKF_USER_PIN_LOCKED) return CKR_PIN_LOCKED;
    if (!pin) { /* the person at the pad */
        if (!(slot->flags & CKF_PROTECTED_AUTHENTICATION_PATH)) return CKR_ARGUMENTS_BAD;
        if (strcmp(slot->pad, "cancel") == 0) return CKR_FUNCTION_CANCELED;
        if (strcmp(slot->pad, "right") != 0) return wrong_pin(place);
    } else {
        if (length < slot->min_pin || length > slot->max_pin) return CKR_PIN_LEN_RANGE;
        if (length != strlen(slot->pin) || memcmp(pin, slot->pin, length) != 0) return wrong_pin(place);
    }
    script_keep_wrong_pins(place, 0);
    state.logged_in[place] = 1;
    return CKR_OK;
}

static CK_RV C_Login(CK_ULONG handle, CK_ULONG user, CK_BYTE *pin, CK_ULONG length) {
    SESSION("C_Login", handle);
    CK_RV result = log_in(session->slot, user, pin, length);
    script_log("C_Login", result, pin ? "given" : "pad");
    return result;
}

static CK_RV C_Logout(CK_ULONG handle) {
    SESSION("C_Logout", handle);
    if (!state.logged_in[session->slot]) return done("C_Logout", CKR_USER_NOT_LOGGED_IN);
    state.logged_in[session->slot] = 0;
    return done("C_Logout", CKR_OK);
}

/* The place of an object that this session may see; the number of objects where there is none. */
static size_t object_of(const Session *session, const Slot *slot, CK_ULONG handle) {
    if (handle < 1 || handle > slot->object_count) return slot->object_count;
    int hidden = slot->objects[handle - 1].class == CKO_PRIVATE_KEY && !state.logged_in[session->slot];
    return hidden ? slot->object_count : handle - 1;
}

/* One attribute; a boolean or number lives in `*room`. The length, or -1 where the object has none such, -2 where it is secret. */
static long attribute_of(const Object *object, CK_ULONG type, CK_ULONG *room, const void **value) {
    int is_key = object->class == CKO_PRIVATE_KEY;
    CK_BYTE *flag = (CK_BYTE *)room;
    *value = room;
    switch (type) {
    case CKA_CLASS: *room = object->class; return sizeof *room;
    case CKA_TOKEN: *flag = 1; return 1;
    case CKA_PRIVATE: *flag = (CK_BYTE)is_key; return 1;
    case CKA_ID: *value = object->id; return (long)object->id_length;
    case CKA_LABEL: *value = object->label; return (long)strlen(object->label);
    case CKA_CERTIFICATE_TYPE: *room = 0; return is_key ? -1 : (long)sizeof *room;
    case CKA_VALUE: *value = object->value; return is_key ? -1 : (long)object->length;
    case CKA_KEY_TYPE: *room = 0; return is_key ? (long)sizeof *room : -1;
    case CKA_SENSITIVE: case CKA_SIGN: *flag = 1; return is_key ? 1 : -1;
    case CKA_ALWAYS_AUTHENTICATE: *flag = object->asks_each_time; return is_key ? 1 : -1;
    case CKA_MODULUS: *value = object->value; return is_key ? (long)object->length : -1;
    case CKA_PUBLIC_EXPONENT: *value = "\x01\x00\x01"; return is_key ? 3 : -1;
    case CKA_PRIVATE_EXPONENT: return is_key ? -2 : -1;
    default: return -1;
    }
}

static CK_RV C_GetAttributeValue(CK_ULONG handle, CK_ULONG object, CK_ATTRIBUTE *template, CK_ULONG count) {
    SESSION("C_GetAttributeValue", handle);
    size_t place = object_of(session, slot, object);
    if (place == slot->object_count) return done("C_GetAttributeValue", CKR_OBJECT_HANDLE_INVALID);
    CK_RV result = CKR_OK;
    for (CK_ULONG i = 0; i < count; i++) {
        CK_ULONG room;
        const void *value;
        long length = attribute_of(&slot->objects[place], template[i].type, &room, &value);
        if (length < 0) {
            template[i].length = UNAVAILABLE;
            result = length == -2 ? CKR_ATTRIBUTE_SENSITIVE : CKR_ATTRIBUTE_TYPE_INVALID;
            continue;
        }
        CK_RV given = give(value, (size_t)length, template[i].value, &template[i].length);
        if (given != CKR_OK) {
            template[i].length = UNAVAILABLE;
            result = given;
        }
    }
    return done("C_GetAttributeValue", result);
}

static int fits(const Object *object, const CK_ATTRIBUTE *template, CK_ULONG count) {
    for (CK_ULONG i = 0; i < count; i++) {
        CK_ULONG room;
        const void *value;
        long length = attribute_of(object, template[i].type, &room, &value);
        if (length < 0 || (CK_ULONG)length != template[i].length || memcmp(value, template[i].value, (size_t)length) != 0) return 0;
    }
    return 1;
}

static CK_RV C_FindObjectsInit(CK_ULONG handle, CK_ATTRIBUTE *template, CK_ULONG count) {
    SESSION("C_FindObjectsInit", handle);
    if (session->finding) return done("C_FindObjectsInit", CKR_OPERATION_ACTIVE);
    session->finding = 1;
    session->found_count = session->given = 0;
    for (CK_ULONG number = 1; number <= slot->object_count; number++)
        if (object_of(session, slot, number) < slot->object_count && fits(&slot->objects[number - 1], template, count))
            session->found[session->found_count++] = number;
    return done("C_FindObjectsInit", CKR_OK);
}

static CK_RV C_FindObjects(CK_ULONG handle, CK_ULONG *objects, CK_ULONG room, CK_ULONG *count) {
    SESSION("C_FindObjects", handle);
    if (!session->finding) return done("C_FindObjects", CKR_OPERATION_NOT_INITIALIZED);
    for (*count = 0; *count < room && session->given < session->found_count; ++*count) objects[*count] = session->found[session->given++];
    return done("C_FindObjects", CKR_OK);
}

static CK_RV C_FindObjectsFinal(CK_ULONG handle) {
    SESSION("C_FindObjectsFinal", handle);
    if (!session->finding) return done("C_FindObjectsFinal", CKR_OPERATION_NOT_INITIALIZED);
    session->finding = 0;
    return done("C_FindObjectsFinal", CKR_OK);
}

static CK_RV C_SignInit(CK_ULONG handle, CK_MECHANISM *mechanism, CK_ULONG key) {
    SESSION("C_SignInit", handle);
    if (session->signing) return done("C_SignInit", CKR_OPERATION_ACTIVE);
    size_t place = object_of(session, slot, key);
    if (place == slot->object_count) return done("C_SignInit", CKR_OBJECT_HANDLE_INVALID);
    if (!offers(slot, mechanism->mechanism)) return done("C_SignInit", CKR_MECHANISM_INVALID);
    session->signing = 1;
    session->key = place;
    session->mechanism = mechanism->mechanism;
    return done("C_SignInit", CKR_OK);
}

/* EMSA-PKCS1-v1_5 around what is there (RFC 8017, 9.2), or as it is for the raw mechanism. */
static int encode(CK_ULONG mechanism, const CK_BYTE *data, size_t length, CK_BYTE *out, size_t size) {
    static const CK_BYTE info[] = {0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20};
    CK_BYTE hashed[sizeof info + 32];
    if (mechanism == CKM_RSA_X_509) {
        if (length != size) return 0;
        memcpy(out, data, size);
        return 1;
    }
    if (mechanism == CKM_SHA256_RSA_PKCS) {
        memcpy(hashed, info, sizeof info);
        sha256(data, length, hashed + sizeof info);
        data = hashed;
        length = sizeof hashed;
    }
    if (length + 11 > size) return 0;
    memset(out, 0xff, size);
    out[0] = 0, out[1] = 1, out[size - length - 1] = 0;
    memcpy(out + size - length, data, length);
    return 1;
}

static CK_RV C_Sign(CK_ULONG handle, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature, CK_ULONG *room) {
    const char *call = signature ? "C_Sign" : "C_Sign (length)"; /* two calls a signature; the second one is where it happens */
    SESSION(call, handle);
    if (!session->signing) return done(call, CKR_OPERATION_NOT_INITIALIZED);
    Object *key = &slot->objects[session->key];
    CK_BYTE encoded[MAX_MODULUS], made[MAX_MODULUS];
    if (signature && *room >= key->length) {
        if (slot->holds) script_log("C_Sign (holds)", CKR_OK, NULL);
        while (slot->holds) usleep(2000), script_read();
        session->signing = 0;
        if (!encode(session->mechanism, data, length, encoded, key->length)) return done(call, CKR_DATA_LEN_RANGE);
        rsa_private(key->value, key->exponent, key->length, encoded, made);
    }
    return done(call, give(made, key->length, signature, room));
}

static CK_RV unsupported(void) { return CKR_FUNCTION_NOT_SUPPORTED; }

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list) {
    static CK_FUNCTION_LIST made = {.version = {2, 40}};
    for (size_t i = 0; i < FUNCTIONS; i++) made.functions[i] = (void *)unsupported;
#define PUT(name) made.functions[F_##name] = (void *)C_##name
    PUT(Initialize), PUT(Finalize), PUT(GetInfo), PUT(GetFunctionList), PUT(GetSlotList), PUT(GetSlotInfo), PUT(GetTokenInfo);
    PUT(GetMechanismList), PUT(GetMechanismInfo), PUT(OpenSession), PUT(CloseSession), PUT(CloseAllSessions), PUT(GetSessionInfo);
    PUT(Login), PUT(Logout), PUT(GetAttributeValue), PUT(FindObjectsInit), PUT(FindObjects), PUT(FindObjectsFinal), PUT(SignInit);
    PUT(Sign), PUT(WaitForSlotEvent);
    *list = &made;
    return CKR_OK;
}
