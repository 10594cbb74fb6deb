// Runs the corpus and says on stdout what it does. Compiled twice: with the headers as they are and
// with their traced copies, which have to say the same.
#include "coroutines.hpp"
#include "forms.hpp"
#include "hidden.hpp"
#include "lambdas.hpp"
#include "members.hpp"
#include "preprocessor.hpp"
#include "session.hpp"
#include "syntax.hpp"
#include "templates.hpp"

int main() {
  corpus::members::run();
  corpus::templates::run();
  corpus::lambdas::run();
  corpus::coroutines::run();
  corpus::hidden::run();
  corpus::preprocessor::run();
  corpus::syntax::run();
  corpus::session::run();
  corpus::forms::run();
  return 0;
}
