/* The part of PKCS#11 2.40 that the double speaks: types, numbers, and the order of the function list (OASIS, pkcs11t.h and
   pkcs11f.h). Written out here so that building it needs no header of anybody's. */
#ifndef CRYPTOKI_H
#define CRYPTOKI_H

typedef unsigned char CK_BYTE;
typedef unsigned long CK_ULONG;
typedef CK_ULONG CK_RV;

typedef struct { CK_BYTE major, minor; } CK_VERSION;
typedef struct { CK_VERSION cryptoki; CK_BYTE manufacturer[32]; CK_ULONG flags; CK_BYTE description[32]; CK_VERSION library; } CK_INFO;
typedef struct { CK_BYTE description[64], manufacturer[32]; CK_ULONG flags; CK_VERSION hardware, firmware; } CK_SLOT_INFO;
typedef struct {
    CK_BYTE label[32], manufacturer[32], model[16], serial[16];
    CK_ULONG flags, max_sessions, sessions, max_rw_sessions, rw_sessions, max_pin, min_pin;
    CK_ULONG total_public, free_public, total_private, free_private;
    CK_VERSION hardware, firmware;
    CK_BYTE time[16];
} CK_TOKEN_INFO;
typedef struct { CK_ULONG slot, state, flags, device_error; } CK_SESSION_INFO;
typedef struct { CK_ULONG type; void *value; CK_ULONG length; } CK_ATTRIBUTE;
typedef struct { CK_ULONG mechanism; void *parameter; CK_ULONG length; } CK_MECHANISM;
typedef struct { CK_ULONG min_bits, max_bits, flags; } CK_MECHANISM_INFO;

enum { UNAVAILABLE = ~0UL };

enum {
    CKR_OK = 0, CKR_SLOT_ID_INVALID = 3, CKR_ARGUMENTS_BAD = 7, CKR_NO_EVENT = 8, CKR_ATTRIBUTE_SENSITIVE = 0x11,
    CKR_ATTRIBUTE_TYPE_INVALID = 0x12, CKR_DATA_LEN_RANGE = 0x21, CKR_DEVICE_REMOVED = 0x32, CKR_FUNCTION_CANCELED = 0x50,
    CKR_FUNCTION_NOT_SUPPORTED = 0x54, CKR_KEY_HANDLE_INVALID = 0x60, CKR_MECHANISM_INVALID = 0x70,
    CKR_OBJECT_HANDLE_INVALID = 0x82, CKR_OPERATION_ACTIVE = 0x90, CKR_OPERATION_NOT_INITIALIZED = 0x91,
    CKR_PIN_INCORRECT = 0xA0, CKR_PIN_LEN_RANGE = 0xA2, CKR_PIN_LOCKED = 0xA4, CKR_SESSION_HANDLE_INVALID = 0xB3,
    CKR_SESSION_PARALLEL_NOT_SUPPORTED = 0xB4, CKR_TOKEN_NOT_PRESENT = 0xE0, CKR_USER_ALREADY_LOGGED_IN = 0x100,
    CKR_USER_NOT_LOGGED_IN = 0x101, CKR_USER_TYPE_INVALID = 0x103, CKR_BUFFER_TOO_SMALL = 0x150,
    CKR_CRYPTOKI_NOT_INITIALIZED = 0x190, CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191
};
enum { CKF_TOKEN_PRESENT = 1, CKF_REMOVABLE_DEVICE = 2, CKF_HW_SLOT = 4, CKF_DONT_BLOCK = 1, CKF_SERIAL_SESSION = 4, CKF_SIGN = 0x800 };
enum {
    CKF_LOGIN_REQUIRED = 4, CKF_USER_PIN_INITIALIZED = 8, CKF_PROTECTED_AUTHENTICATION_PATH = 0x100, CKF_TOKEN_INITIALIZED = 0x400,
    CKF_USER_PIN_COUNT_LOW = 0x10000, CKF_USER_PIN_FINAL_TRY = 0x20000, CKF_USER_PIN_LOCKED = 0x40000
};
enum { CKS_RO_PUBLIC_SESSION = 0, CKS_RO_USER_FUNCTIONS = 1, CKU_USER = 1 };
enum { CKO_CERTIFICATE = 1, CKO_PRIVATE_KEY = 3 };
enum {
    CKA_CLASS = 0, CKA_TOKEN = 1, CKA_PRIVATE = 2, CKA_LABEL = 3, CKA_VALUE = 0x11, CKA_CERTIFICATE_TYPE = 0x80, CKA_KEY_TYPE = 0x100,
    CKA_ID = 0x102, CKA_SENSITIVE = 0x103, CKA_SIGN = 0x108, CKA_MODULUS = 0x120, CKA_PUBLIC_EXPONENT = 0x122,
    CKA_PRIVATE_EXPONENT = 0x123, CKA_ALWAYS_AUTHENTICATE = 0x202
};
enum { CKM_RSA_PKCS = 1, CKM_RSA_X_509 = 3, CKM_SHA256_RSA_PKCS = 0x40 };

/* Places in the function list; those left out answer CKR_FUNCTION_NOT_SUPPORTED. */
enum {
    F_Initialize, F_Finalize, F_GetInfo, F_GetFunctionList, F_GetSlotList, F_GetSlotInfo, F_GetTokenInfo, F_GetMechanismList,
    F_GetMechanismInfo, F_OpenSession = 12, F_CloseSession, F_CloseAllSessions, F_GetSessionInfo, F_Login = 18, F_Logout,
    F_GetAttributeValue = 24, F_FindObjectsInit = 26, F_FindObjects, F_FindObjectsFinal, F_SignInit = 42, F_Sign,
    F_WaitForSlotEvent = 67, FUNCTIONS
};
typedef struct { CK_VERSION version; void *functions[FUNCTIONS]; } CK_FUNCTION_LIST;

#endif
