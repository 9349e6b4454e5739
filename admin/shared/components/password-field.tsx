import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import type { Ref } from 'react';
import { useRoomText } from '../text/text';
import { componentsText } from './messages';

/** A field for a secret, with the button that shows it. */
export const PasswordField = (props: PasswordInputProps & { ref?: Ref<HTMLInputElement> }) => {
  const words = useRoomText(componentsText);
  return <PasswordInput visibilityToggleButtonProps={{ 'aria-label': words.showPassword }} {...props} />;
};
