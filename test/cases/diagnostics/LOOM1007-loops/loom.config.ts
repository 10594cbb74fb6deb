for (;;) {}

export default {};
