import type { Context } from './context.ts';

/** The same context without progress: nobody watches what it does from second to second. */
export function quietly(context: Context): Context {
  const { report } = context;
  return {
    ...context,
    report: {
      get target() {
        return report.target;
      },
      warn: (warning) => report.warn(warning),
      note: (text) => report.note(text),
      detail: (text) => report.detail(text),
      aim: (target) => report.aim(target),
      draw: (render) => report.draw(render),
      progress: () => {},
    },
  };
}
