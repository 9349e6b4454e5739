/** Tones in Hz, one after the other; two for what needs an acknowledgement. */
const TONES = { ordinary: [660], critical: [880, 660, 880, 660] } as const;
const TONE_S = 0.18;
const VOLUME = 0.2;
/** Tabs of one browser hear of a notice at the same time; one of them makes it heard. */
const ONE_TAB_MS = 2_000;

/** Plays a short tone. Silent where the browser wants a click first. */
export const playTone = async (kind: keyof typeof TONES): Promise<void> => {
  const context = new AudioContext();
  try {
    await context.resume();
    const startS = context.currentTime;
    for (const [index, frequency] of TONES[kind].entries()) {
      const tone = context.createOscillator();
      const gain = context.createGain();
      const atS = startS + index * TONE_S;
      tone.frequency.value = frequency;
      gain.gain.setValueAtTime(VOLUME, atS);
      gain.gain.exponentialRampToValueAtTime(0.001, atS + TONE_S);
      tone.connect(gain).connect(context.destination);
      tone.start(atS);
      tone.stop(atS + TONE_S);
    }
    await new Promise((resolve) => setTimeout(resolve, TONES[kind].length * TONE_S * 1_000));
  } finally {
    await context.close();
  }
};

/** Says on the desktop that something has come, while nobody looks at the page. Never what it says. */
export const showOnDesktop = (text: string, id: string, open: () => void): void => {
  if (document.visibilityState === 'visible' && document.hasFocus()) return;
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    const shown = new Notification(text, { tag: id, icon: '/icon.svg' });
    shown.onclick = () => {
      window.focus();
      open();
      shown.close();
    };
  } catch {
    // Browsers of phones show notifications of service workers only.
  }
};

/** Runs in one tab of this browser alone. */
export const inOneTab = async (id: string, run: () => void): Promise<void> => {
  if (!navigator.locks) return run();
  await navigator.locks.request(`wardbell.notice.${id}`, { ifAvailable: true }, async (lock) => {
    if (lock === null) return;
    run();
    await new Promise((resolve) => setTimeout(resolve, ONE_TAB_MS));
  });
};
