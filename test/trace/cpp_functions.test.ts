/** Functions of C++ sources: their names, their bodies, and which of them are left out and why. */
import test from 'ava';
import { type CppFunction, functionsOf } from '../../generator/trace/cpp_functions.ts';
import { openCppTree } from '../../generator/trace/cpp_tree.ts';

const parser = await openCppTree();

const namesOf = (text: string): string[] => functionsOf(parser, text).functions.map((f) => f.name);

/** The only function of a source. */
function only(text: string): CppFunction {
  const { functions } = functionsOf(parser, text);
  if (functions.length !== 1) throw new Error(`${functions.length} functions in ${text}`);
  return functions[0] as CppFunction;
}

test('a body is what stands between its braces, counted as JavaScript counts', (t) => {
  const text = '/* é 𝄞 */ int f()\r\n{ return "}ü"[0]; } int g() { return 1; }';
  const found = functionsOf(parser, text).functions;
  const bodies = found.map(({ bodyStart, bodyEnd }) => text.slice(bodyStart, bodyEnd));
  t.deepEqual(bodies, [' return "}ü"[0]; ', ' return 1; ']);
  t.deepEqual(
    found.map(({ line, bodyLines }) => [line, bodyLines]),
    [
      [1, 1],
      [2, 1],
    ],
  );
});

test('names are qualified as a person would write them', (t) => {
  const text = `
    namespace a::b { inline namespace c { namespace {
    struct [[nodiscard]] S final : B<int> {
      S() noexcept : a_(1), b_{2} { f(); }
      ~S() { }
      explicit operator bool() const noexcept { return true; }
      operator std::vector<int>&() { return v; }
      bool operator == (const S& o) const& noexcept { return true; }
      auto operator () (int x) const -> int { return x; }
      void* operator new[](std::size_t n) { return 0; }
      int (*pointer(int z))(int) { return nullptr; }
      std::function<void()> callback = [this] { };
    };
    }}}
    template <> inline int S<int>::T::f<3>(int) const & { return 1; }
    template <typename T> S<T>::~S() { }
    std::string operator""_x(const char* s, std::size_t n) { return {}; }
    struct std :: hash<X> { };
    X::operator int() const { return 1; }
    int main() try { return 1; } catch (int) { return 3; }
    extern "C" { void c_function(void) { } }`;
  t.deepEqual(namesOf(text), [
    ...['a::b::c::S::S', 'a::b::c::S::~S', 'a::b::c::S::operator bool'],
    ...['a::b::c::S::operator std::vector<int>&', 'a::b::c::S::operator=='],
    ...['a::b::c::S::operator()', 'a::b::c::S::operator new[]', 'a::b::c::S::pointer'],
    ...['a::b::c::S::callback', 'S<int>::T::f<3>', 'S<T>::~S', 'operator""_x'],
    ...['X::operator int', 'main', 'c_function'],
  ]);
});

test('a lambda is named by what it is bound to, or by the call that takes it', (t) => {
  const text = `void f() {
    std::sort(a, b, [](int x, int y) { return x < y; });
    auto name = [&]() noexcept { auto inner = [] { }; };
    x.callback = [] { };
    when_all([&] { }, [&] { });
    return [] { }();
  }`;
  t.deepEqual(namesOf(text).slice(1), [
    ...['f::<lambda in sort>', 'f::name', 'f::name::inner', 'f::x.callback'],
    ...['f::<lambda in when_all>', 'f::<lambda in when_all #2>', 'f::<lambda>'],
  ]);
});

for (const [why, text] of [
  ['constant', 'constexpr int f() { return 1; }'],
  ['constant', 'consteval int f() { return 1; }'],
  ['constant', 'struct S { friend constexpr bool operator==(S, S) { return true; } };'],
  ['constant', 'BOOST_CONSTEXPR int f() { return 1; }'],
  ['constant', 'auto f = [](int x) constexpr { return x; };'],
  ['constant', 'static_assert([] { return true; }());'],
  ['constant', 'template <auto V = [] { return 1; }()> struct S;'],
  ['constant', 'static constexpr auto f = [] { return 1; };'],
  ['constant', 'std::array<int, [] { return 3; }()> a;'],
  ['macro', 'TEST(Name, case) { return; }'],
  ['macro', 'auto x = CHECK([] { return 1; });'],
  ['asked', '[[loom::no_trace]] int f() { return 1; }'],
  ['asked', 'int f() [[loom::no_trace]] { return 1; }'],
  ['asked', 'int f [[loom::no_trace]] () { return 1; }'],
  ['asked', '[[nodiscard, loom::no_trace]] int f() { return 1; }'],
  ['asked', 'auto f = [] [[loom::no_trace]] () { return 1; };'],
  ['asked', 'int f()  // loom: no trace\n{ return 1; }'],
  ['asked', '// loom: no trace\ntemplate <class T>\nint f(T) { return 1; }'],
  ['constant', 'class API Feed : Base { public: API_CONSTEXPR int f() { return 1; } };'],
  ['asked', 'struct [[loom::no_trace]] S { int f() { return 1; } };'],
  ['asked', 'struct S { [[loom::no_trace]] int f(); };\nint S::f() { return 1; }'],
  ['naked', '__attribute__((naked)) void f() { asm("ret"); }'],
] as const) {
  test(`left out as ${why}: ${text}`, (t) => {
    t.is(only(text).leftOut, why);
  });
}

for (const text of [
  'inline int f() noexcept(noexcept(g())) { return 1; }',
  'auto f() -> decltype(auto) { return g(); }',
  'template <class T> requires Q<T> void f(T) requires R<T> { }',
  'void attributed() __attribute__((noinline)) { }',
  'X::X() try : a(1) { } catch (...) { }',
  'auto f(C auto x) { if constexpr (x) { return 1; } else { return 2; } }',
]) {
  test(`takes a statement: ${text}`, (t) => {
    t.is(only(text).leftOut, null);
  });
}

test('what only looks like a function in a text is none', (t) => {
  const text = `
    #define FUNCTION(x) void x() { }
    auto raw = R"d(void f() { })d";
    // void g() { }
    const char* text = "void h() { }";
    concept C = requires(T t) { { t.f() } -> same_as<int>; };`;
  t.deepEqual(namesOf(text), []);
});

test('suspensions belong to the innermost function, without their semicolon', (t) => {
  const text = 'task f() { auto g = [] { co_yield {1, 2}; }; co_await a(co_await b); co_return; }';
  t.deepEqual(
    functionsOf(parser, text).functions.map(({ suspensions }) =>
      suspensions.map(({ start, end }) => text.slice(start, end)),
    ),
    [['co_await a(co_await b)', 'co_await b'], ['co_yield {1, 2}']],
  );
});

test('an error before a body spoils it, a brace too many the whole source', (t) => {
  const local = functionsOf(parser, 'int f(int &+ a) { return 1; } int g() { return 1 +* ; }');
  t.is(local.brokenLine, null);
  t.deepEqual(
    local.functions.map(({ leftOut }) => leftOut),
    ['unparsed', null],
  );
  t.is(functionsOf(parser, 'int g() { return 1; }\nint f( {{{').brokenLine, 2);
});

test('branches of the preprocessor and macros before declarations are read around', (t) => {
  const text = `
    #if WIDE
    int split(long value) {
    #else
    int split(int value) {
    #endif
      return value; }
    class API Feed : public Base { public: API int get() { return 1; } };
    int dangling() {
    #if WIDE
      if (x) {
    #endif
        f();
    #if WIDE
      }
    #endif
    }`;
  const { functions, brokenLine } = functionsOf(parser, text);
  t.is(brokenLine, null);
  t.deepEqual(
    functions.map(({ name, leftOut }) => [name, leftOut]),
    [
      ['split', 'branches'],
      ['Feed::get', null],
      ['dangling', null],
    ],
  );
});
