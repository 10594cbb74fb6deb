// The echo program of the conformance list for Windows, as a config names it.
import echo from '../conformance/echo/loom.config.ts';

export default {
  ...echo,
  backends: { win32: ['iocp'] },
  handlers: '../conformance/echo/echo.hpp',
};
