/* A Node-API addon with two functions, mute() and restore(): libtensorflow writes to file descriptor 2 while it is being loaded, before any
 * setting of its log level takes effect, and JavaScript cannot redirect a descriptor. */
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

static int saved = -1;

static napi_value mute(napi_env env, napi_callback_info info) {
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (saved == -1 && nowhere != -1) {
    saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (saved != -1) dup2(nowhere, STDERR_FILENO);
  }
  if (nowhere != -1) close(nowhere);
  return NULL;
}

static napi_value restore(napi_env env, napi_callback_info info) {
  if (saved != -1) {
    dup2(saved, STDERR_FILENO);
    close(saved);
    saved = -1;
  }
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "mute", NAPI_AUTO_LENGTH, mute, NULL, &function) == napi_ok)
    napi_set_named_property(env, exports, "mute", function);
  if (napi_create_function(env, "restore", NAPI_AUTO_LENGTH, restore, NULL, &function) == napi_ok)
    napi_set_named_property(env, exports, "restore", function);
  return exports;
}
